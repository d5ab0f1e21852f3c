"""Reads of whole-school plans: tasks, rules, the planner's problem, pages, print-outs, feeds."""
