"""The specification of Image Desk, as tests."""
