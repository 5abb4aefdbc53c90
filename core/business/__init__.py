"""Tenants: businesses and their teams, members and roles, ledger and budgets, accounts."""
