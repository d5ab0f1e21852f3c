"""Writes of whole-school plans: tasks, rules, versions, edits, computations, publishing."""
