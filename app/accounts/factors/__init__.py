"""The second factor: an authenticator app or a passkey in addition to the password, recovery codes,
and the reset after a lost phone."""
