"""The streaming index in Redis or Valkey."""
