"""Strict local servers that stand where the real platforms stand, and their own tests."""
