"""The second factor: an authenticator app or a passkey beside the password, recovery codes, and the way back
after a lost phone."""
