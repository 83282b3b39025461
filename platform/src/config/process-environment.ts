import type { Environment } from "./setting.ts";

/** The settings this process was started with. Entry points and the lifecycle read it; everything else gets its `Config`. */
export const processEnvironment: Environment = process.env;
