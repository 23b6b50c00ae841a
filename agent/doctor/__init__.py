"""What a machine has of all that the workbench needs."""
