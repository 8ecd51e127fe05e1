"""From an empty project to the first call: the guide's progress, going live, and what would go wrong."""
