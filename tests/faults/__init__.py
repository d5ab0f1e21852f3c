"""What happens when processes die or act at once."""
