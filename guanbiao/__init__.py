"""Guanbiao (贯标): the open platform for the 两化融合管理体系 programme."""

__version__ = "0.1.0"
