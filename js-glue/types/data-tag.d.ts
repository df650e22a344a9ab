/** The members by which a key knows the types of its data and error. They exist in types only. */
export declare const dataTag: unique symbol;
export declare const errorTag: unique symbol;
