"""Addresses of a project's pages, a module for each part of the console."""
