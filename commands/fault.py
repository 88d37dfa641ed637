"""The exception that ends a command with a sentence instead of a stack trace."""


class Fault(Exception):
    """A problem that the person at the terminal can solve. The text explains it in clear sentences."""
