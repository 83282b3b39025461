/** One update, to be sent to everybody who subscribed. */
export const FAN_OUT_QUEUE = "operations.status.fan-out";
/** One update to one subscriber. */
export const STATUS_DELIVERY_QUEUE = "operations.status.delivery";
/** The question whether somebody really wants to be told. */
export const CONFIRMATION_QUEUE = "operations.status.confirmation";
