/** Of all packages of this repository; they are released together. */
export const VERSION = "0.1.0";
