"""What changed from release to release: answers of stored questions, and records; kept beside the releases."""
