"""pulling"""
