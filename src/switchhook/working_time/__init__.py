"""Working hours, holidays, absences and substitutes."""
