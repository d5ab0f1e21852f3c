"""Every write of the classroom, one noun per module.

sessions (open, start, turn, end) · attendance (who was connected) · roll · slides · questions ·
answers · cards · protocol · events (hands, words between teachers, the log) · records.
"""
