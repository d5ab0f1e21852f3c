"""What packages add to the story, each in a module of its own."""
