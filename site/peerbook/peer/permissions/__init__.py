"""What one may write: the check of a change, where things stand, what waits, and documents built anew [PER]. Pure."""
