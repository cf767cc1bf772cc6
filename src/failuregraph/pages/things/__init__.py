"""The pages of organisations, publishers, systems, controls, registries and concepts, and of what is missing."""
