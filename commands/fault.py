"""What ends a command with a sentence instead of a trace."""


class Fault(Exception):
    """Something that the person at the terminal can mend; the text says what, in clear sentences."""
