"""The workflow engine: machines as data, named rules, one way to move; it knows nothing of applications."""
