"""What the routes need of the service, by protocol (路由所需): satisfied by shape, by the service and by fakes."""
