// Imported before Better Auth, which reads this when it is loaded: it answers as where it is deployed.
process.env.NODE_ENV = "production";
