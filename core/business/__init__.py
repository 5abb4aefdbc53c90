"""Tenants: businesses and their teams, who is let in, members and roles, ledger and budgets, what
was spent, accounts, brought keys, tokens of programs.
"""
