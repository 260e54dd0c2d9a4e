"""Lists, exports, queues and the case page: reads across all rooms for everybody who may see a case."""
