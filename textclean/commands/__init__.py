"""What the command does on folders: run, restore, verify, explain. Knows no command line."""
