"""What the `tongke` command line does, one module per verb."""
