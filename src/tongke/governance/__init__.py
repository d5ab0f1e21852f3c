"""What the bureau answers for."""
