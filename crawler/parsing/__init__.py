"""What is read out of bytes, text and markup alone: the ground that all else stands on. Pure, no I/O."""
