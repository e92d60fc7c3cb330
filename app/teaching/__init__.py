"""What staff teach, as they read it: every lesson, quiz and checklist of every published revision."""
