"""Budgets of weight and time, kept on the served demo region."""
