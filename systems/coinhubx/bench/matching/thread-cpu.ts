/** Processor time that this thread has used, in microseconds. Threads that collect garbage beside it are not in it. */
export function threadCpuUs(): number {
  // Linux adds the running slice to a thread's figure only when the whole process is asked for.
  process.cpuUsage();
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
