"""What is read out of text and markup alone: the ground that discovery and extraction stand on."""
