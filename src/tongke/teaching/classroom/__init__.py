"""Classroom: the live session of a lesson and everything said in it.

Nouns: session, seat, roll call, question, answer, protocol item. It must never know homework.
"""
