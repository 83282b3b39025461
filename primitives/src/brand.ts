declare const brand: unique symbol;

/** A value of `T` that has been checked to be a `Name`; made only by that type's own `to…` or `parse…`. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
