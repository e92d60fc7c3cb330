"""What is done to an installation as a whole: audits of its data, copies of it, deletion of what is over."""
