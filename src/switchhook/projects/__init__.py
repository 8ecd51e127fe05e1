"""Projects: a business with its own zone, country, language, people, numbers and secrets."""
