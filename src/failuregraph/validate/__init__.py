"""The gates that every file passes, and the findings in which they speak."""
