"""Every write to the tables of people, one noun per module."""
