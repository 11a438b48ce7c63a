"""What every vendor package has in common."""
