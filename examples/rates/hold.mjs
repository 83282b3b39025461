// Breaks the service as a person would: node hold.mjs http://127.0.0.1:4010
const response = await fetch(new URL("/hold", process.argv[2]), { method: "POST" });
if (!response.ok) process.exit(1);
