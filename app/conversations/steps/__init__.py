"""Inner steps of conversations: they check no permission, because the calling use-case has."""
