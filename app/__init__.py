"""Preceptor: the learning management system of a hands-on training academy."""
