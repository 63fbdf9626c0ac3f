"""Where everything is kept: MongoDB holds the truth, Redis the index of signatures."""
