python -B -m behave --junit --junit-directory reports --no-color
