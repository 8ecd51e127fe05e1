"""One module, one subcommand of `switchhook`. A module imports what is slow inside its function."""
