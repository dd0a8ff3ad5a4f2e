"""The rules of a todo backend: tasks, users, sessions. Pure, behind ports; needs attrs and nothing else."""

__version__ = "0.1.0"
