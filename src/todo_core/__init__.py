"""The rules of a todo backend: tasks, users, sessions. Pure, behind ports; needs attrs and nothing else."""
