"""What an office keeps in its own folder: lifecycles, rules, stories, units, calendars; read and checked as a whole."""
