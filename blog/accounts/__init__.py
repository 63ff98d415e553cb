"""Signing in: passwords, second factors, sessions, and who may change whose account."""
