"""Runs that concern the whole installation: audits, backups and deletion of old data."""
