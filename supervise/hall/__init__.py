"""The hall, where the rooms meet: its sides, one for each user."""
